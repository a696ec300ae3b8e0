// SPDX-License-Identifier: Apache-2.0
#include "cplatform_watch.h"

static volatile sig_atomic_t wake = -1;
static int pending;

static void handle(int number) {
  const int code = errno;
  const int bit = number == SIGHUP    ? SWIFTLET_SIGNAL_REOPEN
                  : number == SIGUSR1 ? SWIFTLET_SIGNAL_STATISTICS
                                      : SWIFTLET_SIGNAL_STOP;
  __atomic_fetch_or(&pending, bit, __ATOMIC_SEQ_CST);
  if (wake >= 0) swiftlet_wake_signal(wake);
  errno = code;
}

void swiftlet_signals_install(int descriptor) {
  wake = descriptor;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handle;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGHUP, &action, NULL);
  sigaction(SIGUSR1, &action, NULL);
  // The second signal finds the default action again.
  action.sa_flags = (int)(SA_RESTART | SA_RESETHAND);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
}

int swiftlet_signals_take(void) { return __atomic_exchange_n(&pending, 0, __ATOMIC_SEQ_CST); }
