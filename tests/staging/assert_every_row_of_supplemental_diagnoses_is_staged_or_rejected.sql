-- Every row of the supplemental diagnoses files is staged or rejected, and never both.
{{ rows_lost_in_staging("supplemental_diagnoses") }}
