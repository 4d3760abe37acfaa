-- Every row of the enrollments files is staged or rejected, and never both.
{{ rows_lost_in_staging("enrollments") }}
