# SPDX-License-Identifier: Apache-2.0
"""Drives the virtual webcam and `swiftlet watch` inside the virtual machine."""
