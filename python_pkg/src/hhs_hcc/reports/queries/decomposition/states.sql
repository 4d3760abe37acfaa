-- What the two values are made of: the metric of a run (valued_scenario) over the members whom all runs of scored_by
-- score. Each counts weight / divisor times; those after less those before are the impact.
select
    terms.side,
    terms.valued_scenario,
    terms.scored_by,
    states.member_count,
    terms.weight,
    terms.divisor,
    states.metric_value,
    states.rxc_value
from main_analytics.decomposition_terms as terms
inner join main_analytics.decomposition_states as states
    on terms.batch_id = states.batch_id and terms.state_id = states.state_id
where
    terms.batch_id = $batch_id
    and states.segment_type = 'total'
    and terms.driver_order between $first_order and $last_order
order by terms.side desc, terms.state_id
