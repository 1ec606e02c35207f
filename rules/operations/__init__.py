"""Operations: operations on VMs: snapshots, restores, clones, exports, migrations, backups; presets, plugins."""
