// SPDX-License-Identifier: Apache-2.0
import CTurboJPEG
import Camera
import Runtime
