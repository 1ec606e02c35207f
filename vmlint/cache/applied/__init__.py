"""What a run leaves to the next one over the same files where kustomizations, or tools, apply them.

A kustomization whose files have not changed is not built again, nor are its files decoded: of its objects a few values
are known, see `engine.applied`. Others are compared as they are applied. What rules found in an object that came out
the same, of the same files, holds again unless a change can matter to it, as `earlier` has it for an editor.
"""
