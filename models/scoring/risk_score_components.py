"""Grain: run_id, member_id, segment_number, variable. The component is the fact; every score is its sum.

All rules are in the package `hhs_hcc`; this model hands tables over and takes components back.
"""

from hhs_hcc.dbt_models import components_of_run


def model(dbt, session):
    """Score the members of int_aca_risk_input and append the components of this run."""
    # dbt takes a Python model for a table unless its own file says otherwise.
    dbt.config(materialized="incremental", incremental_strategy="append")
    components = components_of_run(
        run=dbt.ref("current_run"),
        segments=dbt.ref("int_aca_risk_input"),
        diagnoses=dbt.ref("int_member_diagnoses"),
        drugs=dbt.ref("int_member_rx"),
        services=dbt.ref("int_member_services"),
        tables={
            "acf_code": dbt.ref("cms_acf_code"),
            "acf_rule": dbt.ref("cms_acf_rule"),
            "age_sex": dbt.ref("cms_age_sex"),
            "coefficient": dbt.ref("cms_coefficient"),
            "csr_adjustment": dbt.ref("cms_csr_adjustment"),
            "dx_to_cc": dbt.ref("cms_dx_to_cc"),
            "enrollment_duration": dbt.ref("cms_enrollment_duration"),
            "hcc": dbt.ref("cms_hcc"),
            "hcc_count_exclusion": dbt.ref("cms_hcc_count_exclusion"),
            "hcc_group": dbt.ref("cms_hcc_group"),
            "hcc_hierarchy": dbt.ref("cms_hcc_hierarchy"),
            "hcpcs_to_rxc": dbt.ref("cms_hcpcs_to_rxc"),
            "infant_maturity": dbt.ref("cms_infant_maturity"),
            "infant_severity": dbt.ref("cms_infant_severity"),
            "interaction": dbt.ref("cms_interaction"),
            "ndc_to_rxc": dbt.ref("cms_ndc_to_rxc"),
            "rxc": dbt.ref("cms_rxc"),
            "rxc_hierarchy": dbt.ref("cms_rxc_hierarchy"),
        },
    )
    return session.from_arrow(components)
