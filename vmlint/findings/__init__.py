"""What a run reports: findings, suppressions, the baseline, and where a fault is in the text."""
