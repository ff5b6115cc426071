"""Prints, for each of pydicom's own test files with pixels, what pydicom reads: one JSON line a file.

Digests are of int32, little endian: `stored` of pixel_array; `shown` of the levels after modality and VOI LUT, 0 to 65535.
"""

import hashlib
import json
import logging
import sys
import warnings
from pathlib import Path

import data_store
import numpy as np
import pydicom
from pydicom.pixels import apply_modality_lut, apply_voi_lut

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)


def digest(values):
    return hashlib.sha256(np.ascontiguousarray(values.astype("<i4")).tobytes()).hexdigest()


def shown(dataset, stored):
    """Levels after modality and VOI LUT; None where the file has neither a window nor a VOI LUT."""
    values = apply_modality_lut(stored, dataset)
    if dataset.get("VOILUTSequence"):
        share = apply_voi_lut(values, dataset) / (2 ** dataset.VOILUTSequence[0].LUTDescriptor[2] - 1)
    elif dataset.get("WindowWidth") not in (None, ""):
        # pydicom maps a window to the range that the stored bits can hold, after the rescale.
        bits = dataset.BitsStored
        signed = dataset.PixelRepresentation == 1
        low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
        slope, intercept = dataset.get("RescaleSlope", 1), dataset.get("RescaleIntercept", 0)
        low, high = low * slope + intercept, high * slope + intercept
        share = (apply_voi_lut(values, dataset).astype("f8") - low) / (high - low)
    else:
        return None
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        share = 1 - share
    return np.round(np.clip(share, 0, 1) * 65535)


def row(path):
    dataset = pydicom.dcmread(path, force=True)
    if "PixelData" not in dataset:
        return None
    result = {
        "file": str(path),
        "syntax": str(dataset.file_meta.get("TransferSyntaxUID", "none")),
        "samples": dataset.get("SamplesPerPixel"),
        "photometric": dataset.get("PhotometricInterpretation"),
        "frames": str(dataset.get("NumberOfFrames") or 1),
    }
    try:
        stored = dataset.pixel_array
    except Exception as error:
        return {**result, "error": type(error).__name__}
    grey = result["samples"] == 1 and stored.ndim == 2 and result["photometric"].startswith("MONOCHROME")
    levels = shown(dataset, stored) if grey else None
    return {
        **result,
        "grey": grey,
        "stored": digest(stored),
        "shown": None if levels is None else digest(levels),
    }


for root in (Path(pydicom.__file__).parent / "data" / "test_files", Path(data_store.__file__).parent / "data"):
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix not in {".py", ".json", ".txt", ".zip", ".md", ".pyc"}:
            try:
                found = row(path)
            except Exception:
                continue  # not a DICOM file at all
            if found is not None:
                print(json.dumps(found))
sys.stdout.flush()
