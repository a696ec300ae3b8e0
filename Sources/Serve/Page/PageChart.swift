// SPDX-License-Identifier: Apache-2.0

/// The script's chart: the confidence of the labels that were the surest within the last minute.
enum PageChart {
  static let text = #"""
    const chart = (() => {
      const span = 60, step = 0.25, slots = 5;
      const canvas = $("chart"), legend = $("legend");
      let buckets = [];            // {slot number in time, count, sums by label}
      const colour = new Map();    // label -> 0...4, kept while the label is shown
      let pending = false;

      const now = () => performance.now() / 1000;
      function add(top) {
        const key = Math.floor(now() / step);
        let last = buckets[buckets.length - 1];
        if (!last || last.key !== key) {
          last = { key, count: 0, sums: new Map() };
          buckets.push(last);
          while (buckets.length > span / step + 4) buckets.shift();
        }
        last.count += 1;
        for (const { label, probability } of top) {
          last.sums.set(label, (last.sums.get(label) || 0) + probability);
        }
      }
      function shown() {
        const first = now() / step - span / step;
        buckets = buckets.filter((b) => b.key >= first - 4);
        const area = new Map();
        for (const b of buckets) {
          for (const [label, sum] of b.sums) area.set(label, (area.get(label) || 0) + sum / b.count);
        }
        const best = [...area].filter(([, a]) => a > 0.2).sort((a, b) => b[1] - a[1]).slice(0, slots).map(([l]) => l);
        for (const label of [...colour.keys()]) if (!best.includes(label)) colour.delete(label);
        for (const label of best) {
          if (colour.has(label)) continue;
          const used = new Set(colour.values());
          colour.set(label, [...Array(slots).keys()].find((i) => !used.has(i)));
        }
        return best;
      }
      function drawLegend(labels) {
        const text = labels.join("\n");
        if (legend.dataset.text === text) return;
        legend.dataset.text = text;
        legend.replaceChildren(...labels.map((label) => {
          const item = document.createElement("li"), name = document.createElement("span");
          name.textContent = label;
          item.style.setProperty("--c", variable(label));
          item.append(name);
          return item;
        }));
      }
      const variable = (label) => colour.has(label) ? `var(--s${colour.get(label)})` : "var(--soft)";

      function draw() {
        pending = false;
        const box = canvas.getBoundingClientRect(), scale = Math.max(1, window.devicePixelRatio || 1);
        const width = Math.round(box.width * scale), height = Math.round(box.height * scale);
        if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
        const style = getComputedStyle(document.documentElement), value = (name) => style.getPropertyValue(name).trim();
        const labels = shown(), g = canvas.getContext("2d");
        drawLegend(labels);
        g.setTransform(scale, 0, 0, scale, 0, 0);
        g.clearRect(0, 0, box.width, box.height);
        const left = 50, right = box.width - 8, top = 8, bottom = box.height - 24;
        const x = (key) => right - (now() / step - key) * (right - left) / (span / step);
        const y = (p) => bottom - p * (bottom - top);
        g.font = "12px system-ui, sans-serif";
        g.lineWidth = 1;
        g.strokeStyle = value("--line");
        g.fillStyle = value("--soft");
        g.textBaseline = "middle";
        g.textAlign = "right";
        for (const p of [0, 0.5, 1]) {
          g.beginPath(); g.moveTo(left, y(p)); g.lineTo(right, y(p)); g.stroke();
          g.fillText(`${p * 100} %`, left - 8, y(p));
        }
        g.textBaseline = "alphabetic";
        for (const [seconds, text, align] of [[60, "60 s ago", "left"], [30, "30 s ago", "center"], [0, "now", "right"]]) {
          g.textAlign = align;
          g.fillText(text, right - seconds * (right - left) / span, box.height - 4);
        }
        g.save();
        g.beginPath(); g.rect(left, 0, right - left, box.height); g.clip();
        g.lineWidth = 2.25; g.lineJoin = "round"; g.lineCap = "round";
        for (const label of [...labels].reverse()) {
          g.strokeStyle = value(`--s${colour.get(label)}`);
          g.beginPath();
          let previous = null;
          for (const b of buckets) {
            const point = [x(b.key), y((b.sums.get(label) || 0) / b.count)];
            if (previous !== null && b.key - previous <= 3 / step) g.lineTo(...point); else g.moveTo(...point);
            previous = b.key;
          }
          g.stroke();
        }
        g.restore();
      }
      const refresh = () => { if (!pending && !document.hidden) { pending = true; requestAnimationFrame(draw); } };
      window.addEventListener("resize", refresh);
      setInterval(refresh, 125);
      return { add, variable };
    })();
    """#
}
