-- A constraint that is valid hinders nobody.
SELECT 1;
