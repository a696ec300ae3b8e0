// SPDX-License-Identifier: Apache-2.0

/// The script: events into text, and the picture. Labels come from a file that nobody vouches for:
/// they reach the page as text only (`textContent`), never as markup.
enum PageScript {
  static let text =
    "\"use strict\";\n(() => {\n" + tools + PageChart.text + events + picture + "})();"

  private static let tools = #"""
    const $ = (id) => document.getElementById(id);
    const token = new URLSearchParams(location.search).get("token");
    const address = (path) => token === null ? path : `${path}?token=${encodeURIComponent(token)}`;
    const set = (id, text) => { const e = $(id); if (e.textContent !== text) e.textContent = text; };
    const pill = (id, kind, text) => { $(id).className = `pill ${kind}`; set(id, text); };
    const percent = (p) => `${(100 * p).toFixed(p < 0.0995 ? 1 : 0)} %`;
    const isNumber = (n) => typeof n === "number" && Number.isFinite(n);
    function quantity(id, number, unit, digits) {
      if (!isNumber(number)) return;
      const small = document.createElement("small");
      small.textContent = ` ${unit}`;
      $(id).replaceChildren(number.toFixed(digits === undefined ? (number < 10 ? 1 : 0) : digits), small);
    }
    function duration(seconds) {
      if (seconds < 60) return `${Math.floor(seconds)} s`;
      if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
      return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
    }
    const faultWords = {
      "camera-absent": "No camera found", "camera-gone": "The camera is gone",
      "camera-frozen": "The camera sends no pictures", "camera-busy": "Another program uses the camera",
      "camera-denied": "No permission to use the camera", "camera-unsupported": "This camera cannot be used",
      "camera-failed": "The camera failed", "frame-damaged": "A damaged frame was skipped",
      "picture-failed": "A picture cannot be read", "log-failed": "The log cannot be written",
      "sink-failed": "An output failed",
    };

    """#

  private static let events = #"""

    let fault = null, faultTimer = 0, ended = false, label = null, since = 0, times = [];
    let dropped = 0, lastResult = 0;

    function showAlert(title, text, mild) {
      set("alert-title", title);
      set("alert-text", text || "");
      $("alert").className = mild ? "alert mild" : "alert";
      $("alert").hidden = false;
    }
    function clearFault() { fault = null; clearTimeout(faultTimer); $("alert").hidden = true; }
    const stale = (is) => document.querySelector(".view").classList.toggle("stale", is);

    function showSource(e) {
      if (fault && fault.startsWith("camera-")) clearFault();
      const size = e.width && e.height ? `${e.width} × ${e.height}` : "";
      const rate = e.rate ? `${Math.round(e.rate)} per second` : "";
      const name = e.name || e.device;
      set("source", [name === "-" ? "standard input" : name, size, rate].filter(Boolean).join(", "));
      pill("state", "good", "streaming");
      stale(false);
    }
    function showFault(e) {
      fault = String(e.fault);
      clearTimeout(faultTimer);
      const isCamera = fault.startsWith("camera-");
      const passes = fault === "frame-damaged" || fault === "picture-failed";
      showAlert(`${faultWords[fault] || "Something failed"}.`, e.message, !isCamera);
      if (isCamera) { pill("state", "bad", "reconnecting"); stale(true); }
      if (passes) faultTimer = setTimeout(clearFault, 10000);
    }
    function showTop(top) {
      const list = $("top");
      while (list.children.length > top.length) list.lastChild.remove();
      while (list.children.length < top.length) {
        const item = document.createElement("li");
        for (const kind of ["name", "value", "bar"]) {
          const part = document.createElement("span");
          part.className = kind;
          if (kind === "bar") part.append(document.createElement("i"));
          item.append(part);
        }
        list.append(item);
      }
      top.forEach(({ label, probability }, i) => {
        const item = list.children[i];
        item.children[0].textContent = label;
        item.children[1].textContent = percent(probability);
        item.children[2].firstChild.style.width = `${100 * Math.min(1, probability)}%`;
        item.style.setProperty("--c", chart.variable(label));
      });
    }
    function showResult(e) {
      lastResult = performance.now();
      times.push(lastResult);
      if (times.length > 400) times.shift();
      const name = typeof e.label === "string" ? e.label : null;
      if (name !== label || since === 0) { label = name; since = lastResult; }
      set("eyebrow", name === null ? "No decision" : "Sees");
      set("label", name !== null ? name : e.unknown === true ? "Unknown" : "Not sure");
      $("label").classList.toggle("none", name === null);
      const isUnknown = name === null && e.unknown === true;
      if (isNumber(e.probability)) set("percent", isUnknown ? "" : percent(e.probability));
      const held = name !== null ? "sure" : isUnknown ? "none of the classes" : "is the best guess";
      set("held", `${held}, for ${duration((lastResult - since) / 1000)}`);
      document.title = name === null ? "Swiftlet" : `${name}: Swiftlet`;
      const top = (Array.isArray(e.top) ? e.top : []).filter((t) => t && isNumber(t.probability)).slice(0, 5)
        .map((t) => ({ label: String(t.label), probability: t.probability }));
      chart.add(top);
      showTop(top);
      quantity("age", e.age_ms, "ms");
      quantity("prepare", e.prepare_ms, "ms");
      quantity("network", e.network_ms, "ms");
      if (isNumber(e.dropped)) { dropped = e.dropped; set("dropped", String(dropped)); }
    }
    function showStats(e) {
      if (isNumber(e.cpu_percent)) {
        quantity("board", e.cpu_percent, isNumber(e.temperature_celsius) ? `%, ${Math.round(e.temperature_celsius)} °C` : "%", 0);
      }
      const memory = isNumber(e.resident_bytes) ? `${(e.resident_bytes / 1048576).toFixed(0)} MiB of memory` : "";
      stats = [isNumber(e.uptime_seconds) ? `up ${duration(e.uptime_seconds)}` : "", memory,
        isNumber(e.faults) && e.faults > 0 ? `${e.faults} faults` : ""];
      showFooter();
    }
    let started = [], stats = [];
    function showFooter() { set("footer", [...started, ...stats].filter(Boolean).join(", ")); }
    const show = {
      start(e) {
        ended = false; clearFault(); since = 0; times = [];
        started = [`Swiftlet ${e.version}`, `model ${e.model}`, `${e.classes} classes`,
          e.threads ? `${e.threads} ${e.threads === 1 ? "thread" : "threads"} of ${e.instruction_set}` : ""];
        set("source", e.source === "-" ? "standard input" : String(e.source || ""));
        showFooter();
      },
      source: showSource, result: showResult, stats: showStats, fault: showFault,
      recovered(e) { if (e.fault === fault) clearFault(); },
      end() { ended = true; clearFault(); pill("state", "wait", "ended"); stale(true); },
    };

    function connect() {
      const stream = new EventSource(address("events"));
      stream.onopen = () => pill("link", "good", "live");
      stream.onerror = () => {
        pill("link", ended ? "wait" : "bad", ended ? "the program has ended" : "connection lost, reconnecting");
        stale(true);
        if (stream.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
      };
      for (const kind of Object.keys(show)) {
        stream.addEventListener(kind, (message) => {
          let event;
          try { event = JSON.parse(message.data); } catch { return; }
          if (kind === "result" && !(fault && fault.startsWith("camera-"))) stale(false);
          show[kind](event);
        });
      }
    }
    setInterval(() => {
      const now = performance.now();
      times = times.filter((t) => now - t < 3000);
      if (times.length > 1) quantity("rate", 1000 * (times.length - 1) / (times[times.length - 1] - times[0] || 1), "per second", 1);
      else if (lastResult) quantity("rate", 0, "per second", 0);
    }, 500);
    connect();

    """#

  private static let picture = #"""

    let wait = 250, shownURL = null;
    async function showPicture() {
      if (document.hidden) { setTimeout(showPicture, 500); return; }
      try {
        const answer = await fetch(address("snapshot.jpg"), { cache: "no-store", signal: AbortSignal.timeout(8000) });
        if (answer.status === 401) throw new Error("The token in this page's address is missing or wrong.");
        if (!answer.ok) throw new Error((await answer.text()).trim());
        const url = URL.createObjectURL(await answer.blob()), image = $("picture");
        image.src = url;
        await image.decode();
        if (shownURL) URL.revokeObjectURL(shownURL);
        shownURL = url;
        image.hidden = false;
        document.querySelector(".view").style.aspectRatio = `${image.naturalWidth} / ${image.naturalHeight}`;
        $("no-picture").hidden = true;
        wait = 250;
      } catch (error) {
        if (!shownURL) set("no-picture", error instanceof TypeError ? "Waiting for the program" : error.message);
        wait = Math.min(wait * 2, 8000);
      }
      setTimeout(showPicture, wait);
    }
    showPicture();

    """#
}
