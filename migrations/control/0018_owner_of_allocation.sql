-- Whose rig it was when the allocation began (NULL = the house's): who lent what stays true when the rig is sold. Of rows from before, the owner by now is all that is known.
ALTER TABLE allocations ADD COLUMN owner_customer_id TEXT;
UPDATE allocations SET owner_customer_id = (SELECT owner_customer_id FROM rigs WHERE rigs.no = rig_no);
