-- Every row of the members files is staged or rejected, and never both.
{{ rows_lost_in_staging("members") }}
