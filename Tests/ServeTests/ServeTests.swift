// SPDX-License-Identifier: Apache-2.0
import Testing

/// One after the other: the tests' sockets block their threads.
@Suite(.serialized) struct ServeTests {
  @Suite struct Routes {}
  @Suite struct Events {}
  @Suite struct Access {}
  @Suite struct Limits {}
}
