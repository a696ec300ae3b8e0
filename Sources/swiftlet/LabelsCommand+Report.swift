// SPDX-License-Identifier: Apache-2.0
import Quantize
import Runtime

/// What the command prints.
extension LabelsCommand {
  func printLabels() throws {
    let found = try ModelFiles.naming(model) { () throws(RuntimeError) in try Model.open(model) }
    let count = found.labelCount + (found.classes?.negativeCount ?? 0)
    let labels = (0..<count).map { found.label($0) }
    if json {
      let offsets = labels.indices.map { found.classOffset($0) }
      print(object(labels, classCount: found.labelCount, found.classes, offsets: offsets).line)
    } else {
      for (index, label) in labels.enumerated() {
        print(index < found.labelCount ? label : "\(label)  (negative)")
      }
    }
  }

  func report(_ editor: ModelEditor) {
    let labels = editor.labels + editor.negativeLabels
    let record = ClassesRecord(
      width: editor.width, rowCount: labels.count, negativeCount: editor.negativeLabels.count,
      logitScale: editor.logitScale, rejection: editor.rejection)
    if json {
      print(
        object(
          labels, classCount: editor.labels.count, record, offsets: editor.offsets,
          dropped: editor.droppedRejection
        ).line)
    } else if action == .offset {
      printOffsets(editor)
    } else if action == .threshold {
      print(editor.rejection.map(Self.describe) ?? "no threshold: no picture is unknown")
    } else {
      let negatives = record.negativeCount
      print(
        "\(output ?? model): " + Self.count(editor.labels.count, "class", "classes")
          + (negatives > 0 ? ", " + Self.count(negatives, "negative label", "negative labels") : "")
      )
    }
  }

  private static func count(_ number: Int, _ one: String, _ many: String) -> String {
    "\(number) \(number == 1 ? one : many)"
  }

  static func describe(_ rule: RejectionRule) -> String {
    "\(rule.methodName), temperature \(rule.temperature), threshold \(rule.threshold)"
  }

  private func object(
    _ labels: [String], classCount: Int, _ record: ClassesRecord?, offsets: [Float],
    dropped: RejectionRule? = nil
  ) -> JSONText {
    .object(
      [
        ("path", .string(output ?? model)), ("editable", .bool(record != nil)),
        ("labels", .array(labels.prefix(classCount).map { .string($0) })),
        ("negativeLabels", .array(labels.dropFirst(classCount).map { .string($0) })),
        ("width", record.map { .integer($0.width) } ?? .null),
        ("logitScale", record.map { .number(decimal($0.logitScale)) } ?? .null),
        ("rejection", record?.rejection?.object ?? .null),
        ("offsets", .array(record == nil ? [] : offsets.map { .number(decimal($0)) })),
      ] + (dropped.map { [("droppedRejection", $0.object)] } ?? []))
  }
}
