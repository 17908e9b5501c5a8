// A script that does nothing but say what it has cost until here.
require('./tell.cjs')();
