"""The tests of vmlint; the folders mirror the package."""
