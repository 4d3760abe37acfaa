-- Grain: one line of the issuer's files of spans of coverage, as delivered.
{{ issuer_file("raw_enrollments", columns={
    "required": [
        "member_id",
        "hios_plan_id",
        "enrollment_start_date",
        "enrollment_end_date",
    ],
    "optional": [
        "premium_amount",
    ],
}) }}
