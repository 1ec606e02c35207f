"""Operations: what is done to VMs: snapshots, restores, clones, exports, migrations, backups; presets, plugins."""
