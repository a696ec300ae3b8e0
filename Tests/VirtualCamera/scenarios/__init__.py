# SPDX-License-Identifier: Apache-2.0
"""One file a job; the machine boots once for each."""
