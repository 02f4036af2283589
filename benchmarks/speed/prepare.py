"""``python -m benchmarks.speed.prepare FOLDER DEALS`` writes the file, in a process whose memory is its own."""

import json
import sys
from pathlib import Path

from benchmarks.speed import company

if __name__ == "__main__":
    path, _ = company.write_file(Path(sys.argv[1]), int(sys.argv[2]))
    with path.open("rb") as file:
        print(json.dumps({"rows": sum(1 for _ in file) - 1}))
