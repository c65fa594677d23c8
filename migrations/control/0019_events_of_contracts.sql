-- What a contract's page marks on its chart: events about a rig or a pool that name the contract in their data.
CREATE INDEX events_by_contract ON events (data ->> 'contract_id', no) WHERE data ->> 'contract_id' IS NOT NULL;
