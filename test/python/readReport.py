"""Reads a report with highdicom and a capture with pydicom: python readReport.py REPORT CAPTURE -> JSON."""

import json
import sys

import highdicom as hd
import pydicom

report = hd.sr.srread(sys.argv[1])
capture = pydicom.dcmread(sys.argv[2])
(group,) = report.content.get_image_measurement_groups()
(measurement,) = group.get_measurements()


def texts(item, code):
    found = []
    for child in item.get("ContentSequence", []):
        if child.ConceptNameCodeSequence[0].CodeValue == code:
            found.append(child.get("TextValue"))
        found += texts(child, code)
    return found


(image,) = measurement.referenced_images
print(
    json.dumps(
        {
            "sopClass": report.SOPClassUID.name,
            "value": float(measurement.value),
            "unit": measurement.unit.value,
            "name": [measurement.name.value, measurement.name.scheme_designator],
            "site": [site.value.value for site in group.finding_sites],
            "image": image.referenced_sop_instance_uid,
            "algorithm": [texts(report, code) for code in ("111001", "111003", "111002")],
            "comment": texts(report, "121106"),
            "patient": [
                [str(file.PatientName), file.PatientID, file.StudyInstanceUID] for file in (report, capture)
            ],
            "pixels": [int(capture.pixel_array.min()), int(capture.pixel_array.max()), *capture.pixel_array.shape],
            "source": capture.SourceImageSequence[0].ReferencedSOPInstanceUID,
        }
    )
)
