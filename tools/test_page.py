#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Loads the page of `swiftlet watch --serve` in headless Chromium and looks at what it shows.

usage: tools/test_page.py URL [--screenshots FOLDER] [--events FILE] [--end COMMAND-PID]

Python's standard library only: it speaks the DevTools protocol through Chromium's pipe.
--events FILE: the test server publishes the lines that are written there; faults are tested then.
"""
import argparse
import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request


class Browser:
    """Chromium at the other end of two pipes; each message ends with a zero byte."""

    def __init__(self):
        name = next(filter(shutil.which, ("chromium", "chromium-browser", "google-chrome")), None)
        if name is None:
            sys.exit("test_page: no Chromium; run scripts/setup --serve")
        commands_read, self.commands = os.pipe()
        self.answers, answers_write = os.pipe()
        # Chromium reads from descriptor 3 and writes to 4.
        self.profile = tempfile.mkdtemp(prefix="swiftlet-page-")
        arguments = [name, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                     "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "about:blank"]
        shell = f'exec "$@" 3<&{commands_read} 4>&{answers_write}'
        self.process = subprocess.Popen(["bash", "-c", shell, "bash", *arguments],
                                        pass_fds=(commands_read, answers_write),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands_read)
        os.close(answers_write)
        self.buffer, self.number, self.session, self.complaints = b"", 0, None, []

    def open(self, url):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.navigate", url=url)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive(60)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def receive(self, seconds):
        while b"\0" not in self.buffer:
            if not select.select([self.answers], [], [], seconds)[0]:
                raise RuntimeError("Chromium does not answer")
            chunk = os.read(self.answers, 1 << 16)
            if not chunk:
                raise RuntimeError("Chromium ended")
            self.buffer += chunk
        message, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(message)
        if message.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(message["params"]["exceptionDetails"]["text"])
        if message.get("method") == "Log.entryAdded":
            entry = message["params"]["entry"]
            if entry["level"] == "error" and entry["source"] != "network":
                self.complaints.append(entry["text"])
        return message

    def value(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        # An exception means that the page is not there yet.
        return None if "exceptionDetails" in answer else answer["result"].get("value")

    def text(self, identifier):
        return self.value(f"document.getElementById({json.dumps(identifier)}).textContent")

    def screenshot(self, path, width, height, scheme, scale=1):
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=scale, mobile=width < 600)
        time.sleep(1)
        full = self.value("document.documentElement.scrollHeight")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=max(height, full),
                  deviceScaleFactor=scale, mobile=width < 600)
        time.sleep(1)
        picture = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture))

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.profile, ignore_errors=True)


def expect(condition, what, seconds=15):
    """Polls until the condition holds."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            print(f"ok: {what}", flush=True)
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not seen within {seconds} s: {what} (last: {found!r})")
        time.sleep(0.2)


def latest_result(url):
    """The label that the event stream gives to a new client."""
    base, _, query = url.partition("?")
    with urllib.request.urlopen(f"{base}events?{query}", timeout=20) as stream:
        for line in stream:
            if line.startswith(b"data: "):
                event = json.loads(line[6:])
                if event["event"] == "result":
                    return event


def test_live(browser, url):
    result = latest_result(url)
    label = result["label"] or "Not sure"
    expect(lambda: browser.text("label") == label, f"the label on the page is '{label}'")
    expect(lambda: browser.text("link") == "live", "the event stream is live")
    expect(lambda: browser.value("document.getElementById('picture').naturalWidth") > 0,
           "the picture is there")
    best = result["top"][0]["label"]
    expect(lambda: browser.value("document.querySelector('#top .name').textContent") == best,
           f"the first of the top labels is '{best}'")
    expect(lambda: browser.value("document.querySelectorAll('#legend li').length") > 0,
           "the chart has a legend")
    expect(lambda: "ms" in (browser.text("network") or ""), "the time of the network is there")
    expect(lambda: "per second" in (browser.text("rate") or ""), "the frame rate is there")
    width = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    for pixels in (360, 800, 1400):
        browser.call("Emulation.setDeviceMetricsOverride", width=pixels, height=800,
                     deviceScaleFactor=1, mobile=pixels < 600)
        expect(lambda: browser.value(width), f"nothing sticks out at {pixels} pixels")
    browser.call("Emulation.clearDeviceMetricsOverride")


def test_events(browser, path):
    def publish(**event):
        with open(path + ".part", "w", encoding="utf-8") as file:
            file.write(json.dumps({"schema": 1, **event}))
        os.rename(path + ".part", path)

    visible = "!document.getElementById('alert').hidden"
    publish(event="fault", fault="camera-gone", message="/dev/video0 was unplugged; plug it in")
    expect(lambda: browser.value(visible) and browser.text("state") == "reconnecting",
           "a camera that is gone shows")
    expect(lambda: browser.text("alert-title") == "The camera is gone.", "in clear words")
    publish(event="source", state="streaming", device="/dev/video0", name="Kitchen camera",
            width=640, height=480, rate=30)
    expect(lambda: not browser.value(visible) and browser.text("state") == "streaming",
           "and goes when it streams again")
    markup = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    publish(event="fault", fault="sink-failed", message=markup)
    expect(lambda: browser.text("alert-text") == markup, "markup from outside stays text")
    assert browser.value("document.querySelectorAll('#alert img, #alert script').length") == 0
    publish(event="recovered", fault="sink-failed", down_seconds=1)
    expect(lambda: not browser.value(visible), "a fault that is over goes")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--screenshots")
    parser.add_argument("--events")
    parser.add_argument("--history", type=float, default=0, help="seconds before the screenshots")
    parser.add_argument("--end", help="a file whose removal, or a process whose end, stops the server")
    arguments = parser.parse_args()
    browser = Browser()
    try:
        browser.open(arguments.url)
        test_live(browser, arguments.url)
        if arguments.events:
            test_events(browser, arguments.events)
        if arguments.screenshots:
            time.sleep(arguments.history)
            folder = arguments.screenshots
            browser.screenshot(f"{folder}/watch.png", 1280, 800, "light", 0.62)
            browser.screenshot(f"{folder}/watch-phone.png", 390, 844, "dark")
        if arguments.end:
            if arguments.end.isdigit():
                os.kill(int(arguments.end), 15)
            else:
                os.remove(arguments.end)
            expect(lambda: browser.text("link") in ("the program has ended",
                                                    "connection lost, reconnecting"),
                   "the end of the program shows")
        assert not browser.complaints, f"the browser complains: {browser.complaints}"
        print("ok: the browser has no complaint")
    finally:
        browser.close()


if __name__ == "__main__":
    main()
