"""``python -m benchmarks.speed.imports FOLDER`` imports the file there and prints seconds and peak memory."""

import json
import resource
import sys
from pathlib import Path

from benchmarks.speed import company

if __name__ == "__main__":
    seconds = company.import_file(Path(sys.argv[1]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": round(peak)}))
