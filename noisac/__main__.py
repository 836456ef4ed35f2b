"""``python -m noisac``."""

from noisac.cli import main

raise SystemExit(main())
