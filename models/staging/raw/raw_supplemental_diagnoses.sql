-- Grain: one line of the issuer's files of supplemental diagnosis records, as delivered.
{{ issuer_file("raw_supplemental_diagnoses", columns={
    "required": [
        "supplemental_diagnosis_id",
        "member_id",
        "claim_id",
        "action_code",
        "diagnosis_code",
    ],
    "optional": [
        "original_supplemental_diagnosis_id",
        "service_date",
        "processed_date",
    ],
}) }}
