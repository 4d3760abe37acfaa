-- Every row of the plans files is staged or rejected, and never both.
{{ rows_lost_in_staging("plans") }}
