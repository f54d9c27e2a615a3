"""The laboratory as a process of its own: `python -m scanner.demo FOLDER`, until standard input closes."""

import asyncio
import sys
from pathlib import Path

from scanner.demo.laboratory import serve

if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
