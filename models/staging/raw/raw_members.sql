-- Grain: one line of the issuer's files of members of the issuer, as delivered.
{{ issuer_file("raw_members", columns={
    "required": [
        "member_id",
        "birth_date",
        "gender",
    ],
    "optional": [
        "subscriber_id",
        "first_name",
        "last_name",
        "state",
        "zip_code",
        "rating_area",
    ],
}) }}
