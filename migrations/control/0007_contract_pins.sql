-- A rig that a person has fixed to a contract. The pin goes when the contract ends.
ALTER TABLE rigs ADD COLUMN pinned_contract_no INTEGER REFERENCES contracts (no);
CREATE INDEX rigs_by_contract_pin ON rigs (pinned_contract_no) WHERE pinned_contract_no IS NOT NULL;
