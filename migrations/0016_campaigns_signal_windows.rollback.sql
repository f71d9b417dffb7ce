drop type trimtab.signal_window;
