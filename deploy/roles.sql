-- Two users: the owner of the tables makes and changes them; the one who serves reads and writes rows, held to a
-- company by the tables' guards. Set a password for each once: \password yaad_owner, \password yaad_serves
CREATE ROLE yaad_owner LOGIN;
CREATE ROLE yaad_serves LOGIN;
ALTER DATABASE yaad OWNER TO yaad_owner;
REVOKE ALL ON DATABASE yaad FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE yaad TO yaad_serves;
GRANT ALL ON SCHEMA public TO yaad_owner;
GRANT USAGE ON SCHEMA public TO yaad_serves;
