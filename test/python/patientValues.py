"""Values of a folder's DICOM files that are about patients and studies: python patientValues.py FOLDER -> JSON."""

import json
import pathlib
import sys

import pydicom

# Sex and age are what a run reads; dates are in other forms there.
READ = {0x00100040, 0x00101010}
# Institution, physicians, accession number, descriptions, study id, operators, and all of the patient group.
OTHERS = {0x00080050, 0x00080080, 0x00080081, 0x00080090, 0x00081010, 0x00081030, 0x00081040, 0x00081048, 0x00081050}
OTHERS |= {0x00081060, 0x00081070, 0x00200010, 0x00204000, 0x0020000D, 0x00080018}

values = set()


def see(element):
    if (element.tag.group == 0x0010 or element.tag in OTHERS) and element.tag not in READ and element.VR != "SQ":
        items = element.value if isinstance(element.value, (list, pydicom.multival.MultiValue)) else [element.value]
        for item in items:
            values.add(str(item).strip())


for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    try:
        for element in pydicom.dcmread(path, force=True, stop_before_pixels=True).iterall():
            see(element)
    except Exception:
        pass
# Shorter ones, and numbers, stand in any text by chance.
print(json.dumps(sorted(v for v in values if len(v) >= 5 and (any(c.isalpha() for c in v) or len(v) >= 8))))
