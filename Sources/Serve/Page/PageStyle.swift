// SPDX-License-Identifier: Apache-2.0

/// How the page looks: light and dark, from a phone to a wall. All text has a contrast of 4.5 or
/// more (WCAG 2.2, 1.4.3).
enum PageStyle {
  static let text = #"""
    :root {
      --ground: #eef1f4; --card: #ffffff; --ink: #14202b; --soft: #53616f; --line: #dbe1e7;
      --accent: #0a6b68; --good: #0d6b3f; --good-ground: #d9f2e4; --bad: #a3212d; --bad-ground: #fde4e4;
      --wait: #6b4e00; --wait-ground: #fdf0cd; --shadow: 0 1px 2px #14202b14, 0 8px 24px #14202b0d;
      --s0: #0a7f7a; --s1: #c8553d; --s2: #3f5fc4; --s3: #9a6b00; --s4: #8a3fa8;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #0b1015; --card: #141b22; --ink: #e9eff5; --soft: #9aa8b6; --line: #26313c;
        --accent: #55d3c6; --good: #7ee0a8; --good-ground: #11301f; --bad: #ff9d9d; --bad-ground: #3a1518;
        --wait: #f2cf73; --wait-ground: #33290c; --shadow: 0 0 0 1px #202a34;
        --s0: #4fd1c5; --s1: #ff9272; --s2: #8fb0ff; --s3: #f0c24b; --s4: #d49bf0;
      }
    }
    * { box-sizing: border-box; margin: 0; padding: 0; }
    [hidden] { display: none !important; }
    body {
      font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
      background: var(--ground); color: var(--ink); min-height: 100vh;
      max-width: 1320px; margin: 0 auto; padding: clamp(12px, 2vw, 28px);
      font-variant-numeric: tabular-nums;
    }
    header { display: flex; align-items: center; gap: 10px; margin-bottom: 16px; flex-wrap: wrap; }
    .mark { width: 30px; height: 30px; fill: var(--accent); flex: none; }
    h1 { font-size: 1.2rem; letter-spacing: -0.01em; font-weight: 700; }
    .source { color: var(--soft); font-size: .9rem; flex: 1; min-width: 0; overflow: hidden;
      text-overflow: ellipsis; white-space: nowrap; padding-left: 4px; }
    .pill { font-size: .82rem; font-weight: 600; padding: 3px 12px; border-radius: 99px; white-space: nowrap; }
    .pill::before { content: ""; display: inline-block; width: 8px; height: 8px; border-radius: 50%;
      background: currentColor; margin-right: 7px; vertical-align: 1px; }
    .good { color: var(--good); background: var(--good-ground); }
    .wait { color: var(--wait); background: var(--wait-ground); }
    .bad { color: var(--bad); background: var(--bad-ground); }
    .alert { color: var(--bad); background: var(--bad-ground); border-radius: 14px; padding: 12px 18px;
      margin-bottom: 16px; overflow-wrap: anywhere; }
    .alert.mild { color: var(--wait); background: var(--wait-ground); }
    main { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
    .card { background: var(--card); border-radius: 18px; box-shadow: var(--shadow); padding: 20px; min-width: 0; }
    .view { position: relative; padding: 0; overflow: hidden; background: #05080b; aspect-ratio: 4 / 3; max-height: 72vh; min-height: 200px; width: 100%;
      display: grid; place-items: center; }
    .view img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; transition: opacity .3s, filter .3s; }
    .view.stale img { opacity: .35; filter: grayscale(1); }
    .view figcaption { position: absolute; left: 14px; top: 14px; }
    .no-picture { color: #9aa8b6; }
    .verdict { display: flex; flex-direction: column; }
    .eyebrow, h2, dt { font-size: .8rem; font-weight: 600; color: var(--soft); }
    .label { font-size: clamp(2.1rem, 4.6vw, 3.6rem); line-height: 1.06; font-weight: 750; letter-spacing: -0.03em;
      overflow-wrap: anywhere; margin: 4px 0 6px; text-wrap: balance; }
    .label.none { color: var(--soft); font-weight: 600; }
    .sure { display: flex; align-items: baseline; gap: 10px; margin-bottom: 22px; color: var(--soft); flex-wrap: wrap; }
    .percent { font-size: 1.3rem; font-weight: 650; color: var(--accent); }
    .held { font-size: .9rem; }
    .verdict h2 { margin-bottom: 10px; }
    .top { list-style: none; display: grid; gap: 12px; }
    .top li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 2px 12px; font-size: .95rem; }
    .top .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .top .value { color: var(--soft); }
    .bar { grid-column: 1 / -1; height: 7px; border-radius: 99px; background: var(--line); overflow: hidden; }
    .bar i { display: block; height: 100%; border-radius: 99px; background: var(--c, var(--soft)); width: 0; transition: width .25s ease-out; }
    .title { display: flex; justify-content: space-between; align-items: baseline; gap: 6px 20px; flex-wrap: wrap; margin-bottom: 12px; }
    .legend { list-style: none; display: flex; gap: 4px 18px; flex-wrap: wrap; font-size: .85rem; }
    .legend li { display: flex; align-items: center; gap: 7px; max-width: 15rem; min-width: 0; }
    .legend li span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .legend li::before { content: ""; flex: none; width: 14px; height: 4px; border-radius: 2px; background: var(--c); }
    canvas { display: block; width: 100%; height: 210px; }
    .numbers { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(138px, 1fr)); }
    .numbers .card { padding: 14px 18px; border-radius: 16px; }
    dd { font-size: 1.4rem; font-weight: 650; letter-spacing: -0.02em; white-space: nowrap; }
    dd small { font-size: .82rem; font-weight: 500; color: var(--soft); letter-spacing: 0; }
    footer { color: var(--soft); font-size: .82rem; padding: 18px 4px 4px; overflow-wrap: anywhere; }
    @media (min-width: 860px) {
      main { grid-template-columns: minmax(0, 1.55fr) minmax(300px, 1fr); }
      .history, .numbers { grid-column: 1 / -1; }
      .verdict { padding: 26px 28px; }
    }
    @media (max-width: 520px) {
      .source { order: 3; flex-basis: 100%; padding: 0; }
      #link { margin-left: auto; }
      .numbers { grid-template-columns: repeat(2, minmax(0, 1fr)); }
      canvas { height: 170px; }
    }
    @media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
    """#
}
