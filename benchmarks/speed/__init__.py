"""Speed and memory on a million deals, as ratios against the bare scan and against peers in the same run."""
