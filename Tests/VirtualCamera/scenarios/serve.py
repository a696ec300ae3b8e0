# SPDX-License-Identifier: Apache-2.0
"""The served page while the camera goes and comes: docs/serve.md."""
import urllib.error
import urllib.request

from rig.checks import check, scenario, wait_until

ADDRESS = "127.0.0.1:8080"


def fetch(path):
    try:
        with urllib.request.urlopen(f"http://{ADDRESS}{path}", timeout=3) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@scenario("sinks", "the page says what is wrong with the camera, and shows it again afterwards")
def serve(rig):
    camera, watch = rig.streaming("--serve", ADDRESS)
    status, page = fetch("/")
    check(status == 200 and b"<html" in page, f"/: {status}")
    status, picture = fetch("/snapshot.jpg")
    check(status == 200 and picture[:2] == b"\xff\xd8", f"/snapshot.jpg: {status}")
    check(fetch("/healthz")[0] == 200, "/healthz while the camera streams")
    camera.unplug()
    watch.expect_fault("camera-gone")
    status, text = fetch("/healthz")
    check(status == 503 and b"camera-gone" in text, f"/healthz without a camera: {status} {text}")
    wait_until(lambda: b"swiftlet_source_up 0" in fetch("/metrics")[1], 2, "source_up 0")
    camera.plug()
    watch.expect_return("camera-gone")
    wait_until(lambda: fetch("/healthz")[0] == 200, 2, "/healthz after the camera came back")
    check(fetch("/snapshot.jpg")[0] == 200, "/snapshot.jpg after the camera came back")
    status, metrics = fetch("/metrics")
    check(status == 200 and b"swiftlet_frames_total" in metrics, f"/metrics: {status}")
    watch.end()
    return f"{len(picture)} bytes of picture"
