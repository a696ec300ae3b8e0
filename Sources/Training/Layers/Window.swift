// SPDX-License-Identifier: Apache-2.0
import CTraining

/// A window that slides over a picture: sizes of a convolution or a pool, NHWC.
public struct Window: Sendable, Equatable {
  public var inputHeight: Int
  public var inputWidth: Int
  public var channels: Int
  /// Height and width, in pixels.
  public var kernel: (Int, Int)
  public var stride: (Int, Int)
  /// Top, left, bottom, right.
  public var pads: (Int, Int, Int, Int)

  public init(
    inputHeight: Int, inputWidth: Int, channels: Int, kernel: (Int, Int),
    stride: (Int, Int) = (1, 1), pads: (Int, Int, Int, Int) = (0, 0, 0, 0)
  ) {
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.pads = pads
    precondition(outputHeight > 0 && outputWidth > 0, "the window fits into the padded picture")
  }

  public var outputHeight: Int { (inputHeight + pads.0 + pads.2 - kernel.0) / stride.0 + 1 }
  public var outputWidth: Int { (inputWidth + pads.1 + pads.3 - kernel.1) / stride.1 + 1 }

  /// Elements of one picture.
  public var inputCount: Int { inputHeight * inputWidth * channels }
  /// Output pixels of one picture.
  public var outputPixels: Int { outputHeight * outputWidth }
  /// Taps: positions of the kernel.
  public var taps: Int { kernel.0 * kernel.1 }

  var raw: swiftlet_window {
    swiftlet_window(
      input_height: Int32(inputHeight), input_width: Int32(inputWidth),
      channels: Int32(channels), output_height: Int32(outputHeight),
      output_width: Int32(outputWidth), kernel_height: Int32(kernel.0),
      kernel_width: Int32(kernel.1), stride_y: Int32(stride.0), stride_x: Int32(stride.1),
      pad_top: Int32(pads.0), pad_left: Int32(pads.1))
  }

  public static func == (lhs: Window, rhs: Window) -> Bool {
    lhs.inputHeight == rhs.inputHeight && lhs.inputWidth == rhs.inputWidth
      && lhs.channels == rhs.channels && lhs.kernel == rhs.kernel && lhs.stride == rhs.stride
      && lhs.pads == rhs.pads
  }
}
