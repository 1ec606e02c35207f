"""The rules that come with vmlint: a folder a family, a file a rule."""
