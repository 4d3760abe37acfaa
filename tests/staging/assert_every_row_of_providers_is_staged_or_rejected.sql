-- Every row of the providers files is staged or rejected, and never both.
{{ rows_lost_in_staging("providers") }}
