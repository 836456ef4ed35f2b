"""Every room of noisac can be imported where HDF5 does not exist, as in a browser."""

import os
import subprocess
import sys

PROGRAM = """
import sys
for name in ("h5py", "h5netcdf", "netCDF4"):
    sys.modules[name] = None
import noisac.beamforming, noisac.bounds, noisac.estimation, noisac.experiments
import noisac.model, noisac.positioning, noisac.verdicts
"""


def test_rooms_are_imported_without_hdf5() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"EAGER_IMPORT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
