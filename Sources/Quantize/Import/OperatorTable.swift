// SPDX-License-Identifier: Apache-2.0

/// The ONNX operators that can be imported.
enum OperatorTable {
  struct Entry: Sendable {
    /// The attributes that the reader knows; any other is refused.
    let attributes: Set<String>
    let read: @Sendable (inout GraphBuilder, NodeReader) throws -> Void

    init(
      _ attributes: Set<String> = [],
      _ read: @escaping @Sendable (inout GraphBuilder, NodeReader) throws -> Void
    ) {
      self.attributes = attributes
      self.read = read
    }
  }

  static let names = entries.keys.sorted()

  private static let window: Set = ["kernel_shape", "strides", "pads", "dilations", "auto_pad"]

  static let entries: [String: Entry] = [
    // Layers with weights.
    "Conv": Entry(window.union(["group"])) { try $0.readConvolution($1) },
    "Gemm": Entry(["alpha", "beta", "transA", "transB"]) { try $0.readGemm($1) },
    "MatMul": Entry { try $0.readMatMul($1) },
    "BatchNormalization": Entry(["epsilon", "momentum", "spatial", "training_mode"]) {
      try $0.readBatchNormalization($1)
    },
    // One element at a time.
    "Relu": Entry { try $0.readRelu($1) },
    "Clip": Entry(["min", "max"]) { try $0.readClip($1) },
    "Add": Entry { try $0.readArithmetic($1) },
    "Sub": Entry { try $0.readArithmetic($1) },
    "Mul": Entry { try $0.readArithmetic($1) },
    "Div": Entry { try $0.readArithmetic($1) },
    // Windows.
    "GlobalAveragePool": Entry { try $0.readGlobalAveragePool($1) },
    "AveragePool": Entry(window.union(["ceil_mode", "count_include_pad"])) {
      try $0.readAveragePool($1)
    },
    "MaxPool": Entry(window.union(["ceil_mode", "storage_order"])) { try $0.readMaxPool($1) },
    "ReduceMean": Entry(["axes", "keepdims", "noop_with_empty_axes"]) {
      try $0.readReduceMean($1)
    },
    "Pad": Entry(["mode", "pads", "value"]) { try $0.readPad($1) },
    // What only changes the view of an activation.
    "Flatten": Entry(["axis"]) { try $0.readFlatten($1) },
    "Reshape": Entry(["shape", "allowzero"]) { try $0.readReshape($1) },
    "Squeeze": Entry(["axes"]) { try $0.readSqueeze($1) },
    "Unsqueeze": Entry(["axes"]) { try $0.readUnsqueeze($1) },
    "Transpose": Entry(["perm"]) { try $0.readTranspose($1) },
    "Identity": Entry { try $0.readIdentity($1) },
    "Dropout": Entry(["ratio", "seed", "is_test"]) { try $0.readDropout($1) },
    "Cast": Entry(["to", "saturate", "round_mode"]) { try $0.readCast($1) },
    // Constants, and the arithmetic on shapes that exporters leave behind.
    "Constant": Entry(["value", "value_float", "value_floats", "value_int", "value_ints"]) {
      try $0.define($1, .constant($1.constantValue()))
    },
    "Exp": Entry { try $0.readExponential($1) },
    "CastLike": Entry(["saturate", "round_mode"]) { try $0.readCastLike($1) },
    "Expand": Entry { try $0.readExpand($1) },
    "Shape": Entry(["start", "end"]) { try $0.readShape($1) },
    "ConstantOfShape": Entry(["value"]) { try $0.readConstantOfShape($1) },
    "Slice": Entry(["starts", "ends", "axes"]) { try $0.readSlice($1) },
    "Gather": Entry(["axis"]) { try $0.readGather($1) },
    "Concat": Entry(["axis"]) { try $0.readConcat($1) },
  ]

  /// What to do about operators that students often have.
  static let advice: [String: String] = [
    "Softmax": "export the student without its softmax: it must give logits",
    "LogSoftmax": "export the student without its softmax: it must give logits",
    "HardSwish": "take a student with ReLU or ReLU6 activations",
    "HardSigmoid": "take a student with ReLU or ReLU6 activations, without squeeze-and-excitation",
    "Sigmoid": "take a student with ReLU or ReLU6 activations, without squeeze-and-excitation",
    "ReduceL2": EmbeddingTail.advice,
    "ReduceSumSquare": EmbeddingTail.advice,
    "LpNormalization": EmbeddingTail.advice,
    "QuantizeLinear": "export the float student: the quantizer makes its own int8 network",
    "DequantizeLinear": "export the float student: the quantizer makes its own int8 network",
    "QLinearConv": "export the float student: the quantizer makes its own int8 network",
  ]
}
