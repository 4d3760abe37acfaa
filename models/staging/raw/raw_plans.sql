-- Grain: one line of the issuer's files of plan variants by year, as delivered.
{{ issuer_file("raw_plans", columns={
    "required": [
        "hios_plan_id",
        "effective_year",
        "metal_level",
    ],
    "optional": [
        "plan_name",
        "market",
        "plan_id",
        "actuarial_value",
        "monthly_premium",
        "deductible",
        "oop_max",
        "coinsurance_rate",
        "pcp_copay",
    ],
}) }}
