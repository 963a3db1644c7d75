DROP TABLE acme_badges;
