// SPDX-License-Identifier: Apache-2.0
#include "swiftlet_training.h"
