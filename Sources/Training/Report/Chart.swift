// SPDX-License-Identifier: Apache-2.0

/// Width and height in pixels.
package struct ChartSize: Sendable, Equatable {
  package var width: Double
  package var height: Double
}

/// What can be drawn, by itself or on a page with others.
package protocol Chart: Sendable {
  var title: String { get }
  /// What it shows, in words and numbers.
  var summary: String { get }
  /// Room for everything, title and legend included.
  var size: ChartSize { get }
  /// Draws everything below and right of a corner.
  func draw(on canvas: inout SVGCanvas, x: Double, y: Double)
}

extension Chart {
  /// The chart as a document of its own.
  func document() -> String {
    var canvas = SVGCanvas()
    draw(on: &canvas, x: 0, y: 0)
    return canvas.document(title: title, summary: summary, size: size)
  }
}
