"""Printed forms of a filing, as PDF and as plain text.

Values in, a file out: nothing here reads the store or the clock. Every word comes
from the caller. Only ``node.forms.writing`` loads the library that makes PDF; the
desk prints through ``node.forms.apart``, in a process of its own.
"""
