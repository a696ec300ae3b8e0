// SPDX-License-Identifier: Apache-2.0

/// The page that shows what the camera sees. It is part of the program: no files, nothing from
/// elsewhere.
enum Page {
  static func response() -> Response {
    let nonce = String(UInt64.random(in: .min ... .max), radix: 36)
    let html = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>Swiftlet</title>
      <link rel="icon" href="data:,">
      <style nonce="\(nonce)">\(PageStyle.text)</style>
      </head>
      \(PageBody.text)
      <script nonce="\(nonce)">\(PageScript.text)</script>
      </html>

      """
    var response = Response(contentType: "text/html; charset=utf-8", body: Array(html.utf8))
    response.extraHeaders = [("Content-Security-Policy", policy(nonce))]
    return response
  }

  /// Content Security Policy Level 3: this page's own style and script, and pictures and events
  /// from this server.
  private static func policy(_ nonce: String) -> String {
    "default-src 'none'; script-src 'nonce-\(nonce)'; style-src 'nonce-\(nonce)'; "
      + "img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
      + "frame-ancestors 'none'"
  }
}
