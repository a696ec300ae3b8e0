# SPDX-License-Identifier: Apache-2.0
"""What tools/embed_vlm.py consists of."""


class Problem(Exception):
    """Bad input: what happened, where, and what to do next."""


def imported(module, package):
    """A module that only some kinds of model need."""
    import importlib
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise Problem(f"the Python module '{module}' cannot be imported ({error}); "
                      f"install it: pip install {package}") from error
