// SPDX-License-Identifier: Apache-2.0

/// Why a picture could not be read; `description` says what to do.
public struct PictureError: Error, Sendable {
}
