-- Every row of the claims files is staged or rejected, and never both.
{{ rows_lost_in_staging("claims") }}
