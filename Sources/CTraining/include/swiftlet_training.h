// SPDX-License-Identifier: Apache-2.0
//
// The float loops of training that BLAS does not have.
#pragma once
#include <stddef.h>
