-- Grain: one line of the issuer's files of providers, as delivered.
{{ issuer_file("raw_providers", columns={
    "required": [
        "provider_id",
    ],
    "optional": [
        "npi",
        "provider_name",
        "specialty",
        "street",
        "city",
        "state",
        "zip_code",
        "phone",
    ],
}) }}
