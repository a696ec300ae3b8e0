// SPDX-License-Identifier: Apache-2.0

/// What stands on the page. The script fills it.
enum PageBody {
  static let text = #"""
    <body>
    <header>
      <svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path d="M2 9c6-1 10 1 13 5 3-5 8-8 15-8-4 2-6 5-7 8-1 6-5 10-12 11 3-2 4-4 4-6-4 0-8-3-13-10Z"/></svg>
      <h1>Swiftlet</h1>
      <p id="source" class="source"></p>
      <p id="link" class="pill wait" role="status">connecting</p>
    </header>
    <section id="alert" class="alert" role="alert" hidden><strong id="alert-title"></strong> <span id="alert-text"></span></section>
    <noscript><section class="alert">This page needs JavaScript. The same data is at /events and /metrics.</section></noscript>
    <main>
      <figure class="card view">
        <img id="picture" alt="What the camera sees" hidden>
        <p id="no-picture" class="no-picture">Waiting for the first picture</p>
        <figcaption id="state" class="pill wait">waiting</figcaption>
      </figure>
      <section class="card verdict" aria-label="What it is">
        <p class="eyebrow" id="eyebrow">Waiting</p>
        <p id="label" class="label none" aria-live="polite">&hellip;</p>
        <p class="sure"><span id="percent" class="percent"></span><span id="held" class="held"></span></p>
        <h2>This frame</h2>
        <ol id="top" class="top"></ol>
      </section>
      <section class="card history" aria-label="Confidence over the last minute">
        <div class="title"><h2>Last minute</h2><ul id="legend" class="legend"></ul></div>
        <canvas id="chart" role="img" aria-label="Line chart of the confidence of the best labels over the last minute"></canvas>
      </section>
      <dl class="numbers">
        <div class="card"><dt>Frame rate</dt><dd id="rate">&ndash;</dd></div>
        <div class="card"><dt>Age of a result</dt><dd id="age">&ndash;</dd></div>
        <div class="card"><dt>Prepare</dt><dd id="prepare">&ndash;</dd></div>
        <div class="card"><dt>Network</dt><dd id="network">&ndash;</dd></div>
        <div class="card"><dt>Skipped frames</dt><dd id="dropped">&ndash;</dd></div>
        <div class="card"><dt>Processor</dt><dd id="board">&ndash;</dd></div>
      </dl>
    </main>
    <footer id="footer"></footer>
    </body>
    """#
}
